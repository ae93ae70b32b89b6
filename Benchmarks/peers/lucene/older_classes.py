"""Copies jars with their classes marked as of Java 17, for a compiler of that age to read: older_classes.py FROM TO"""

import os
import sys
import zipfile

JAVA_17 = b"\0\x3d"
source, target = sys.argv[1:3]
os.makedirs(target, exist_ok=True)
for jar in os.listdir(source):
    with zipfile.ZipFile(os.path.join(source, jar)) as old, zipfile.ZipFile(os.path.join(target, jar), "w") as new:
        for name in old.namelist():
            if name.endswith(".class") and not name.startswith("META-INF/") and name != "module-info.class":
                data = old.read(name)
                # Magic, then minor and major version.
                new.writestr(name, data[:6] + JAVA_17 + data[8:])
