"""What an operator names, a file or a link, becomes a verified original.

Nothing is imported here: the child process that talks to sites starts faster without PyAV.
"""
