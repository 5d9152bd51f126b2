"""The habits of a partnership: shared vision, same investment, quarterly check-ins."""
