/** What every room is given: the parts of its address. */
export interface RoomProps {
  params: Readonly<Record<string, string>>;
}
