"""goodunits: good/mua labels for Kilosort4 sorts, by criteria that their owner defines."""
