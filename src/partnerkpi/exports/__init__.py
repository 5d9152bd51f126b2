"""Reading export files: bytes to numbered rows of text, before anybody asks what they mean."""
