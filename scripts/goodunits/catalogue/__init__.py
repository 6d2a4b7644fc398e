"""What every metric is: name, unit, formula, parameters, limits, reasons.

Standard library: parsing reads it.
"""
