# Fuzz targets over sync/.
