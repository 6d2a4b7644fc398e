"""What others read of a run: papers, archives, SpikeInterface, NWB. Standard library only.

Everything here tells what was written into the session folders, from the receipts and the tables
beside them, never what the configuration would write.
"""
