// Loaded by Node before a program (NODE_OPTIONS=--require), so that its fetch and its https module go through the proxy
// of HTTPS_PROXY. Node 24 does that by itself, told by NODE_USE_ENV_PROXY; in those before it nothing reads the variable.
"use strict";

const net = require("node:net");
const tls = require("node:tls");
const http = require("node:http");
const https = require("node:https");

const proxy = process.env.HTTPS_PROXY ? new URL(process.env.HTTPS_PROXY) : null;
const around = (process.env.NO_PROXY || "").toLowerCase().split(",").map((one) => one.trim()).filter(Boolean);
const isDirect = (host) =>
  host === "::1" || host === "[::1]" || around.some((one) => host === one || host.endsWith("." + one.replace(/^\*?\./, "")));

// A socket to host and port through the proxy; with `servername` over TLS. Calls back with (error, socket).
function tunnel(host, port, servername, callback) {
  const target = `${host}:${port}`;
  const asked = http.request({
    host: proxy.hostname, port: proxy.port, method: "CONNECT", path: target, headers: { host: target }, agent: false,
  });
  asked.once("error", callback);
  asked.once("connect", (answer, socket) => {
    if (answer.statusCode !== 200) {
      socket.destroy();
      callback(new Error(`the proxy answered ${answer.statusCode} ${answer.statusMessage}`));
      return;
    }
    if (!servername) {
      callback(null, socket);
      return;
    }
    const secure = tls.connect({ socket, servername, ALPNProtocols: ["http/1.1"] });
    secure.once("error", callback);
    secure.once("secureConnect", () => {
      secure.removeListener("error", callback);
      callback(null, secure);
    });
  });
  asked.end();
}

// The https module: an agent whose connections are tunnels.
function leadHttps() {
  class Tunnelling extends https.Agent {
    createConnection(options, callback) {
      const host = options.hostname || options.host;
      if (isDirect(host)) return super.createConnection(options, callback);
      tunnel(host, options.port || 443, options.servername || host, callback);
      return undefined;
    }
  }
  https.globalAgent = new Tunnelling({ keepAlive: true });
}

// fetch: its dispatcher is there once it was looked at, and its class takes a function that connects.
function leadFetch() {
  const name = Symbol.for("undici.globalDispatcher.1");
  fetch("data:,").catch(() => {});
  const Agent = globalThis[name] && globalThis[name].constructor;
  if (typeof Agent !== "function") return;
  globalThis[name] = new Agent({
    connect(options, callback) {
      const isSecure = options.protocol === "https:";
      const port = options.port || (isSecure ? 443 : 80);
      const host = options.hostname;
      if (isDirect(host)) {
        const bare = host.replace(/^\[|\]$/g, "");
        const socket = isSecure ? tls.connect({ host: bare, port, servername: options.servername || bare }) : net.connect(port, bare);
        socket.once("error", callback);
        socket.once(isSecure ? "secureConnect" : "connect", () => callback(null, socket));
        return;
      }
      tunnel(host, port, isSecure ? options.servername || host : "", callback);
    },
  });
}

if (proxy && Number(process.versions.node.split(".")[0]) < 24) {
  leadHttps();
  leadFetch();
}
