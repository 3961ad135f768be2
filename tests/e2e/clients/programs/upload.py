"""Posts a file, all of it before it reads; prints the status, then the body."""
import http.client
import sys
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])
with open(sys.argv[2], "rb") as file:
    body = file.read()
connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
connection.request("POST", url.path, body)
response = connection.getresponse()
print(response.status)
print(response.read().decode())
