"""What is kept where, how long, and how it comes back; decides, and acts on nothing."""
