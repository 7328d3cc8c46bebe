"""Who is let in: passwords, and how long somebody waits who guessed wrong. Pure."""
