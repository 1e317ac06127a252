"""From a results table to ratings, boards, agreement and a page; sees nothing but the table."""
