# Fuzz targets over proto/.
