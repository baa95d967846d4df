"""Streamlit's edge."""
