import { useZone } from "@/data/zone";
import { ago, brief, moment, utc } from "@/format/times";
import { Explained } from "./Hint";

/** A moment in the zone of the page; the exact one and UTC are said on hover. */
export function Moment({ at, relative = false }: { at: string; relative?: boolean }) {
  const zone = useZone();
  const text = relative ? ago(at, new Date(), zone) : brief(at, zone);
  return (
    <Explained by={`${moment(at, zone)} (${zone})\n${utc(at)}`}>
      <time dateTime={at}>{text}</time>
    </Explained>
  );
}
