/**
 * Dates of automation: days since 30 December 1899, as the clocks of this machine's time zone show
 * them. Before that day the fraction still counts forward in the day.
 * https://learn.microsoft.com/windows/win32/api/oleauto/nf-oleauto-varianttimetosystemtime
 */

const msPerDay = 86_400_000;
/** Days from the first day of automation to that of JavaScript. */
const daysBefore1970 = 25_569;

export function toOleDate(date: Date): number {
  const local = Date.UTC(
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    date.getMilliseconds(),
  );
  // `Date.UTC` takes the years 0 to 99 for those of the last century.
  const years = new Date(local);
  years.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate());
  const days = years.getTime() / msPerDay + daysBefore1970;
  const whole = Math.floor(days);
  return days >= 0 || days === whole ? days : whole - (days - whole);
}

export function fromOleDate(oleDate: number): Date {
  const whole = Math.trunc(oleDate);
  const days = whole + Math.abs(oleDate - whole);
  const local = new Date(Math.round((days - daysBefore1970) * msPerDay));
  const date = new Date(0);
  date.setFullYear(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate());
  date.setHours(
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
    local.getUTCMilliseconds(),
  );
  return date;
}
