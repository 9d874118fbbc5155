'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { attempt } = require('../runtime/current');
const { Bucket } = require('./s3');
const { downloadFile } = require('./downloads');

const fiveDays = 5 * 24 * 60 * 60;
const access = Symbol('access');

/** A stored file. Written as JSON it is its fields; links are made by whoever stored it. */
class Attachment {
  constructor({ fileName, key, bucket, region, endpoint = null, suggestedFileName = fileName, fileType }, storage) {
    Object.assign(this, { fileName, key, bucket, region, endpoint, suggestedFileName, fileType });
    Object.defineProperty(this, access, { value: storage });
  }

  /** An address for everybody who has it, valid for the given number of seconds. */
  async getSignedUrl(expiration = fiveDays) {
    return (this[access] ?? bucketOf(this)).link(this.key, expiration);
  }

  getS3Key() {
    return this[access]?.url ?? new Bucket(this).address(this.key).href;
  }

  toDict() {
    return { ...this };
  }

  toJSON() {
    return this.toDict();
  }
}

/** An attachment made from its fields alone: the environment may know how to reach its bucket. */
function bucketOf(attachment) {
  const configs = resolveConfigs();
  if (!configs) throw new Error(`No link can be made to ${attachment.fileName}: nothing says how to reach the bucket ${attachment.bucket}.`);
  return new Bucket({ ...configs, ...attachment });
}

/** The bucket to store to: what the call says, else what the environment says, else none of the automation's own. */
function resolveConfigs(configs) {
  const env = process.env;
  const found = {
    bucket: configs?.bucket ?? configs?.bucketName ?? env.AWS_BUCKET,
    region: configs?.region ?? env.AWS_REGION,
    accessKeyId: configs?.accessKeyId ?? configs?.accessKey ?? env.AWS_ACCESS_KEY_ID,
    secretAccessKey: configs?.secretAccessKey ?? configs?.secretKey ?? env.AWS_SECRET_ACCESS_KEY,
    sessionToken: configs?.accessKeyId ? configs.sessionToken : env.AWS_SESSION_TOKEN,
    endpoint: configs?.endpoint ?? env.AWS_ENDPOINT_URL_S3 ?? env.AWS_ENDPOINT_URL,
  };
  const missing = ['bucket', 'region', 'accessKeyId', 'secretAccessKey'].filter(name => !found[name]);
  if (!missing.length) return found;
  if (configs) throw new Error(`uploadFileToS3: configs lacks ${missing.join(', ')}.`);
  return undefined;
}

/** The file as a path in the attempt's own folder, and its name. */
async function materialize(file, folder) {
  const target = path.join(folder, `upload-${crypto.randomUUID()}`);
  if (typeof file?.suggestedFilename === 'function') {
    await file.saveAs(target);
    return { target, name: file.suggestedFilename() };
  }
  if (typeof file === 'string') {
    await fs.promises.copyFile(file, target);
    return { target, name: path.basename(file) };
  }
  if (ArrayBuffer.isView(file) || file instanceof ArrayBuffer) {
    await fs.promises.writeFile(target, ArrayBuffer.isView(file) ? file : Buffer.from(file));
    return { target, name: crypto.randomUUID() };
  }
  throw new Error('uploadFileToS3: file must be a download, bytes, or the path of a file.');
}

function fileTypeOf(contentType) {
  const kind = /^(image|audio|video)\//.exec(contentType ?? '')?.[1];
  return kind ?? 'document';
}

const types = {
  '.png': 'image/png', '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.gif': 'image/gif', '.webp': 'image/webp', '.svg': 'image/svg+xml',
  '.mp4': 'video/mp4', '.webm': 'video/webm', '.mp3': 'audio/mpeg', '.wav': 'audio/wav', '.pdf': 'application/pdf', '.csv': 'text/csv',
  '.txt': 'text/plain', '.json': 'application/json', '.html': 'text/html', '.zip': 'application/zip',
};

/** Stores a file in a bucket of the automation's own or, without one, with the platform. */
async function uploadFileToS3({ file, configs, fileNameOverride, contentType }) {
  const current = attempt('uploadFileToS3');
  const { target, name } = await materialize(file, current.folder ?? os.tmpdir());
  try {
    const fileName = fileNameOverride || name;
    const type = contentType ?? types[path.extname(fileName).toLowerCase()];
    const described = { fileName, suggestedFileName: name, fileType: fileTypeOf(type) };
    if (process.env.MODE === 'generate_code') return mocked(described);
    const own = resolveConfigs(configs);
    if (!own) {
      const { key, bucket, region, url } = await current.call('file.save', { path: target, fileName, contentType: type });
      return new Attachment({ ...described, key, bucket, region }, {
        url,
        link: async (of, expiresInSeconds) => (await current.call('file.url', { key: of, expiresInSeconds })).url,
      });
    }
    const bucket = new Bucket(own);
    const key = `${crypto.randomUUID()}/${fileName}`;
    await bucket.put(key, await fs.promises.readFile(target), type ?? 'application/octet-stream');
    return new Attachment({ ...described, key, bucket: own.bucket, region: own.region, endpoint: bucket.endpoint }, bucket);
  } finally {
    await fs.promises.rm(target, { force: true });
  }
}

/** While code is being generated nothing is stored. */
function mocked(described) {
  const key = crypto.randomUUID();
  const at = { ...described, key, bucket: 'testing_bucket', region: 'testing_region' };
  return new Attachment(at, { url: `https://testing_bucket.s3.testing_region.amazonaws.com/${key}`, link: () => `https://not.real.com/${key}` });
}

/** Downloads what the trigger delivers and stores it. */
async function saveFileToS3({ page, trigger, timeoutInMs, configs, fileNameOverride, contentType }) {
  return uploadFileToS3({ file: await downloadFile({ page, trigger, timeoutInMs }), configs, fileNameOverride, contentType });
}

module.exports = { Attachment, saveFileToS3, uploadFileToS3 };
