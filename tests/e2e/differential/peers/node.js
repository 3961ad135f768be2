// Says what Node's own HTTP server made of a request.
const http = require('http');
http.createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    const url = new URL('http://h' + request.url);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({
      method: request.method,
      raw: request.url,
      path: decodeURIComponent(url.pathname),
      host: request.headers.host,
      headers: request.headers,
    }));
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
