"""What happens next to a post: decided from what is known of it, without doing anything."""
