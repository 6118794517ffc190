"""What each page asks of the published figures, and how it is answered. No Streamlit here."""
