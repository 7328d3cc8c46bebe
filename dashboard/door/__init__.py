"""The door of the dashboard: who may come in, and who it is that looks at a page."""
