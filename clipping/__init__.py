"""The engine: long videos in, finished vertical clips out. Never imports Prefect or Streamlit."""
