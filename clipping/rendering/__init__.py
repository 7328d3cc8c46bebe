"""A moment becomes a clip: decided (plan), made (compose, sound), measured (proof)."""
