# Fuzz targets over crypto/.
