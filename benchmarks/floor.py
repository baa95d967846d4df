"""What a page is measured against: 500 cached rows, a metric and a bar chart; `?empty` is a blank.

Served under the same shield and settings as the product.
"""

import altair as alt
import pandas as pd
import streamlit as st

ROWS = 500


@st.cache_data
def table() -> pd.DataFrame:
    """Give the rows, the same for everyone."""
    numbers = range(ROWS)
    return pd.DataFrame(
        {
            "number": list(numbers),
            "name": [f"row {n}" for n in numbers],
            "group": [f"group {n % 8}" for n in numbers],
            "value": [(n * 37) % 101 for n in numbers],
        }
    )


if "empty" not in st.query_params:
    rows = table()
    st.metric("rows", len(rows))
    st.dataframe(rows)
    totals = rows.groupby("group", as_index=False)["value"].sum()
    st.altair_chart(alt.Chart(totals).mark_bar().encode(x="group:N", y="value:Q"))
