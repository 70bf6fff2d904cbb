"""Lists of firms as offices have them, recognised: which column is what, what a row says of a firm."""
