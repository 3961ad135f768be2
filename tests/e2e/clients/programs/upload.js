// Posts a file; prints the status, then the body.
const fs = require('fs');
const http = require('http');
const [url, file] = process.argv.slice(2);
const body = fs.readFileSync(file);
const request = http.request(url, { method: 'POST', headers: { 'Content-Length': body.length } });
request.on('response', (response) => {
  let text = '';
  response.on('data', (piece) => { text += piece; });
  response.on('end', () => {
    console.log(`${response.statusCode}\n${text}`);
    process.exit(0);
  });
});
request.on('error', (error) => {
  console.error(error);
  process.exit(1);
});
request.end(body);
