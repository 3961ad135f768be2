import { PasswordInput } from '@mantine/core';
import { texts } from '../texts';

/** Fewest characters of a password, and most bytes of it. */
const LEAST = 12;
const MOST = 256;

/** Whether a password does, by the rules that are shown before one types. */
export function acceptable(password: string): boolean {
  return [...password].length >= LEAST && new TextEncoder().encode(password).length <= MOST;
}

/** A field for a new password: its rules, what is missing, and a button that shows what was typed. */
export function NewPassword(props: { label?: string; value: string; onChange: (value: string) => void }) {
  const words = texts.signIn.newPassword;
  const missing = LEAST - [...props.value].length;
  const rules =
    props.value && missing > 0
      ? `${words.rules} ${words.short(missing)}`
      : props.value && !acceptable(props.value)
        ? words.long
        : words.rules;
  return (
    <PasswordInput
      label={props.label ?? words.label}
      description={rules}
      autoComplete="new-password"
      required
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
      visibilityToggleButtonProps={{ 'aria-label': texts.signIn.showPassword, tabIndex: 0 }}
    />
  );
}
