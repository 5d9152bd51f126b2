"""The draft of a dialect: made from the headings and the values of an export that no dialect knows."""
