import streamlit as st

st.title('dictionary')
