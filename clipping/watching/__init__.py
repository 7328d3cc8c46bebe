"""What a watch does about what it finds. Pure: nothing is read and nothing is asked."""
