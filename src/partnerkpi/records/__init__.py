"""What people write down about a partnership: partner files."""
