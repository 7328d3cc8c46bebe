"""What holds Python processes to folders that they may write."""
