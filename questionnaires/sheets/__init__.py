"""Spreadsheets in and out, safely: one room for every workbook of this application."""
