"""One file per page; each is run by Streamlit as a script."""
