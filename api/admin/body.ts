import express, { type RequestHandler } from 'express';
import { Problem } from '../problem.ts';
import { MAX_BODY } from '../requests.ts';

const parse = express.json({ limit: MAX_BODY, inflate: false, strict: true });

/** Reads a body of JSON, and takes no other. */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (!request.is('application/json')) {
    throw new Problem('unsupported_media_type', {
      detail: 'Send a body of JSON, with the header `content-type: application/json`',
      headers: { accept: 'application/json' },
    });
  }
  parse(request, response, next);
};
