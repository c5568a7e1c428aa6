import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Eye, EyeOff } from "lucide-react";
import { hidePropertyMutation, restorePropertyMutation } from "@/api/@tanstack/react-query.gen";
import { IconButton, tell } from "@/design";
import { shown } from "@/format/texts";

/** Leaves a property out of lists to choose from, or brings it back. */
export function HideButton({ property, hidden }: { property: string; hidden: boolean }) {
  const queries = useQueryClient();
  const ways = {
    onSuccess: () => {
      tell.done(hidden ? `${shown(property)} is listed again.` : `${shown(property)} is hidden.`);
      // Every list of properties is another one now, wherever it was asked for.
      return queries.invalidateQueries();
    },
    onError: tell.problem,
  };
  const hide = useMutation({ ...hidePropertyMutation(), ...ways });
  const restore = useMutation({ ...restorePropertyMutation(), ...ways });
  const deed = hidden ? restore : hide;
  return (
    <IconButton
      label={`${hidden ? "List again" : "Hide"}: ${shown(property)}`}
      disabled={deed.isPending}
      onClick={() => deed.mutate({ body: { key: property } })}
    >
      {hidden ? <Eye /> : <EyeOff />}
    </IconButton>
  );
}
