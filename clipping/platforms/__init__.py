"""The platforms that clips are posted to, one file each."""
