import type { ComponentType } from 'react';
import type { Kind } from '../kinds';
import { AbuseFields } from './Abuse';
import { CorsFields, CsrfFields, NetworkFields } from './browsers';
import { CedarFields } from './Cedar';
import { ConditionsFields } from './Conditions';
import { ContractFields } from './Contract';
import { ExternalFields } from './External';
import { BodyFields, HeadersFields } from './Headers';
import type { Fields } from './inputs';
import { ConcurrencyFields, QuotaFields, RateFields, SpacingFields } from './Limits';
import { MaskFields } from './Mask';
import { OwnershipFields } from './Ownership';
import { StepUpFields } from './StepUp';
import { TransformFields } from './Transform';

/** The fields of each kind. `parameters`: those that paths of the service have. */
export const FIELDS: Record<Kind, ComponentType<Fields & { parameters: string[] }>> = {
  conditions: ConditionsFields,
  ownership: OwnershipFields,
  step_up: StepUpFields,
  cedar: CedarFields,
  external: ExternalFields,
  quota: QuotaFields,
  rate: RateFields,
  spacing: SpacingFields,
  concurrency: ConcurrencyFields,
  abuse: AbuseFields,
  contract: ContractFields,
  headers: HeadersFields,
  body: BodyFields,
  mask: MaskFields,
  transform: TransformFields,
  cors: CorsFields,
  csrf: CsrfFields,
  network: NetworkFields,
};
