"""Other codecs that a user could pick instead (`codecs`), and how ours compare with them."""
