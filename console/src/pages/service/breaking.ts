import type { Operation, Service } from '../../api/answers/services';
import type { Schemas } from '../../api/client';

/** One member of an operation that is another, and whether that can break who calls it. */
export interface MemberChange {
  member: string;
  before: unknown;
  after: unknown;
  breaking: boolean;
}

/** What changes in one operation. */
export interface OperationChange {
  operation: string;
  members: MemberChange[];
}

/** What a difference changes in operations that stay, with both values, as the service has them. */
export function changesOf(
  service: Service,
  name: string,
  difference: Schemas['Difference2'],
): OperationChange[] {
  const before = difference.against ? service.versions[difference.against]?.operations : undefined;
  const after = service.versions[name]?.operations;
  return difference.changed.map(({ operation, members }) => {
    const [was, is] = [before?.[operation], after?.[operation]];
    return {
      operation,
      members: members.map((member) => ({
        member,
        before: was?.[member as keyof Operation],
        after: is?.[member as keyof Operation],
        breaking: was !== undefined && is !== undefined && breaks(member, was, is),
      })),
    };
  });
}

/** Whether a caller that passes today may be refused, or not found, because of a member. */
export function breaks(member: string, before: Operation, after: Operation): boolean {
  switch (member) {
    case 'path':
      return shape(before.path) !== shape(after.path);
    case 'methods':
      return !covers(after.methods ?? [], before.methods ?? []);
    case 'scopes':
      return (after.scopes ?? []).some((scope) => !before.scopes?.includes(scope));
    case 'access_roles':
      return rolesBreak(before.access_roles, after.access_roles);
    case 'anonymous':
      return before.anonymous === true && !after.anonymous;
    case 'websocket':
      return before.websocket === true && !after.websocket;
    case 'timeouts':
      return after.timeouts !== undefined;
    default:
      return false;
  }
}

/** A path without the names of its parameters, which callers do not see. */
function shape(path: string): string {
  return path.replace(/\{(\*?)[^}]*\}/g, '{$1}');
}

/** Whether every method of the second list is among the first; an empty list has all of them. */
function covers(all: string[], some: string[]): boolean {
  return all.length === 0 || (some.length > 0 && some.every((one) => all.includes(one)));
}

/**
 * A caller needs one role of the list: a list that loses one shuts its callers out. Without a list, a wider
 * one holds, which may be any.
 */
function rolesBreak(before: string[] | undefined, after: string[] | undefined): boolean {
  if (after?.length === 0) return false;
  if (before === undefined || after === undefined || before.length === 0) return true;
  return before.some((role) => !after.includes(role));
}
