"""Certificates for the tests, made by the openssl command when they run."""

import atexit
import pathlib
import shutil
import subprocess
import tempfile


def temporary_directory():
    """A directory that is gone when the tests are over."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="xopix-security-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


class Authority:
    """Signs certificates in a directory of its own."""

    def __init__(self, name="Test authority"):
        self.directory = temporary_directory()
        self.certificate = self.directory / "authority.pem"
        self._openssl(
            "req", "-x509", *self._new_key("authority.key"), "-out", "authority.pem", "-days", "2",
            "-subj", f"/CN={name}", "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def _openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.directory, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr

    @staticmethod
    def _new_key(file):
        return "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file

    def sign(self, file, name, *, days=2, use="serverAuth"):
        """Makes a key and a certificate for a common name; returns their paths. Negative days: it is over."""
        self._openssl("req", *self._new_key(f"{file}.key"), "-out", f"{file}.csr", "-subj", f"/CN={name}")
        (self.directory / "extensions").write_text(
            f"subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage={use}\nkeyUsage=digitalSignature\n")
        self._openssl(
            "x509", "-req", "-in", f"{file}.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
            "-days", str(days), "-extfile", "extensions", "-out", f"{file}.pem")
        return self.directory / f"{file}.pem", self.directory / f"{file}.key"
