import { Avatar, type AvatarProps, Tooltip } from "@mantine/core";

/** Initials in the person's own colour, with the name as a tooltip. */
export function Person({ name, size = 26, ...rest }: { name: string } & AvatarProps) {
  return (
    <Tooltip label={name}>
      <Avatar name={name} color="initials" size={size} alt={name} aria-label={name} role="img" {...rest} />
    </Tooltip>
  );
}
