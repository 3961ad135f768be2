/** Times: stored in UTC, shown in the zone of whoever looks, with its offset. */

const two = (n: number) => String(n).padStart(2, '0');

/** The offset of a moment in the local zone: `+01:00`. */
function offset(date: Date): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment as `2026-11-20 09:12:45 +01:00`. */
export function absolute(moment: Date): string {
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  const time = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  return `${day} ${time} ${offset(moment)}`;
}

/** A moment as a field of the browser has it, in the local zone: `2026-11-20T09:12`, with seconds if asked for. */
export function local(moment: Date | undefined, seconds = false): string {
  if (!moment) return '';
  const [day = '', time = ''] = absolute(moment).split(' ');
  return `${day.padStart(10, '0')}T${time.slice(0, seconds ? 8 : 5)}`;
}

/** How long ago a moment is, or how far off, in a language: `3 min ago`. */
export function relative(moment: Date, now: Date, language: string): string {
  const seconds = Math.round((moment.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { style: 'short', numeric: 'auto' });
  const size = Math.abs(seconds);
  if (size < 60) return format.format(seconds, 'second');
  if (size < 3600) return format.format(Math.round(seconds / 60), 'minute');
  if (size < 86_400) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / 86_400), 'day');
}

/** A moment that the API tells: RFC 3339, or Unix time in milliseconds; none if it is neither. */
export function moment(told: string | number | null | undefined): Date | undefined {
  if (told === null || told === undefined) return undefined;
  const date = new Date(told);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
