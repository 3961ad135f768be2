import { expect } from 'vitest';
import type { Page } from './browser';
import type { Postern } from './postern';

/** A document of an API, to import. */
export const PETS = `openapi: 3.0.3
info: {title: Pets, version: 1.2.0}
paths:
  /pets:
    get: {operationId: listPets, responses: {'200': {description: ok}}}
    post:
      operationId: addPet
      requestBody: {content: {application/json: {schema: {type: object}}}}
      callbacks: {made: {}}
      responses: {'200': {description: ok}}
`;

/** The dialog that is open. */
export const dialog = (page: Page) => page.getByRole('dialog');

type Version = {
  state?: string;
  operations: Record<string, { path: string; methods?: string[]; scopes?: string[] }>;
};

/** A service as the API has it, as far as tests look at it. */
export type Service = { version: number; title?: string; versions: Record<string, Version> };

/** What tests do with services by the API. */
export function services(at: Postern) {
  return {
    /** A service as it is. */
    async service(id: string): Promise<Service> {
      return (await at.ask('GET', `/api/v1/services/${id}`)).body;
    },

    /** Makes one of the commerce tenant: `v1` is served, `v2` is a draft that breaks its callers. */
    async made(id: string, more: object = {}): Promise<void> {
      const { status, body } = await at.ask('POST', '/api/v1/services', {
        id,
        tenant: 'commerce',
        base_path: `/${id}`,
        authentication: { api_key: { header: 'X-API-Key' } },
        scopes: { 'things:read': 'See things' },
        versions: {
          v1: {
            upstream: 'shop',
            operations: { list: { methods: ['GET', 'POST'], path: '/things' }, old: { path: '/old' } },
          },
          v2: {
            state: 'draft',
            base_path: '/v2',
            upstream: 'shop',
            operations: {
              list: { methods: ['GET'], path: '/things', scopes: ['things:read'] },
              fresh: { path: '/new' },
            },
          },
        },
        ...more,
      });
      if (status !== 201) throw new Error(JSON.stringify(body));
    },

    /** Changes one, as somebody else. */
    async patched(id: string, patch: object): Promise<void> {
      const answered = await fetch(`${at.admin}/api/v1/services/${id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify(patch),
      });
      expect(answered.status).toBe(200);
    },
  };
}
