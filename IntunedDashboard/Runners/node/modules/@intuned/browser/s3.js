'use strict';
const crypto = require('node:crypto');

const unsigned = 'UNSIGNED-PAYLOAD';

/** A bucket of the automation's own, spoken to directly. Requests are signed as AWS Signature Version 4 asks for. */
class Bucket {
  constructor({ bucket, region, accessKeyId, secretAccessKey, sessionToken, endpoint }) {
    Object.assign(this, { bucket, region, accessKeyId, secretAccessKey, sessionToken, endpoint: endpoint || null });
  }

  /** The address of an object. An endpoint that is not AWS is addressed with the bucket in the path. */
  address(key) {
    const path = key.split('/').map(encode).join('/');
    return this.endpoint
      ? new URL(`${this.endpoint.replace(/\/+$/, '')}/${this.bucket}/${path}`)
      : new URL(`https://${this.bucket}.s3.${this.region}.amazonaws.com/${path}`);
  }

  async put(key, body, contentType) {
    const url = this.address(key);
    const hash = crypto.createHash('sha256').update(body).digest('hex');
    const time = timestamp();
    const headers = { 'host': url.host, 'x-amz-content-sha256': hash, 'x-amz-date': time };
    if (contentType) headers['content-type'] = contentType;
    if (this.sessionToken) headers['x-amz-security-token'] = this.sessionToken;
    const names = Object.keys(headers).sort();
    const signature = this.#sign('PUT', url, '', names.map(name => `${name}:${headers[name]}\n`).join(''), names.join(';'), hash, time);
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${this.accessKeyId}/${this.#scope(time)}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    delete headers.host;
    const response = await fetch(url, { method: 'PUT', headers, body });
    if (response.ok) return;
    const said = /<Message>([^<]*)<\/Message>/.exec(await response.text())?.[1];
    throw new Error(`The file could not be uploaded to the bucket ${this.bucket}: status ${response.status}${said ? `, ${said}` : ''}`);
  }

  /** An address for everybody who has it, until it expires. */
  link(key, seconds) {
    const url = this.address(key);
    const time = timestamp();
    const query = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256', 'X-Amz-Credential': `${this.accessKeyId}/${this.#scope(time)}`, 'X-Amz-Date': time,
      'X-Amz-Expires': String(seconds), 'X-Amz-SignedHeaders': 'host', ...(this.sessionToken && { 'X-Amz-Security-Token': this.sessionToken }),
    };
    const text = Object.keys(query).sort().map(name => `${encode(name)}=${encode(query[name])}`).join('&');
    return `${url.href}?${text}&X-Amz-Signature=${this.#sign('GET', url, text, `host:${url.host}\n`, 'host', unsigned, time)}`;
  }

  #scope(time) {
    return `${time.slice(0, 8)}/${this.region}/s3/aws4_request`;
  }

  #sign(method, url, query, headers, names, payloadHash, time) {
    const request = [method, url.pathname, query, headers, names, payloadHash].join('\n');
    const text = ['AWS4-HMAC-SHA256', time, this.#scope(time), crypto.createHash('sha256').update(request).digest('hex')].join('\n');
    const key = [time.slice(0, 8), this.region, 's3', 'aws4_request'].reduce(hmac, `AWS4${this.secretAccessKey}`);
    return hmac(key, text).toString('hex');
  }
}

function hmac(key, text) {
  return crypto.createHmac('sha256', key).update(text).digest();
}

function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function timestamp() {
  return new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
}

module.exports = { Bucket };
