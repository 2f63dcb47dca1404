"""Municipal facilities: manholes, shafts and their gas, street lamps, mains voltage."""
