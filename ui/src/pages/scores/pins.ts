/** Pinned answers: from the API's link to the address of the page that draws it again. */

import type { Pin } from "@/api";

const API = "/v1/pins/";

/** The token within the link of a pin. */
export function tokenOf(pin: Pin): string {
  return pin.link.slice(pin.link.indexOf(API) + API.length);
}

/** The address of the page that draws a pinned answer as it was. */
export function addressOf(pin: Pin): string {
  return `${location.origin}/pins/${tokenOf(pin)}`;
}

/** A mark of the store is a time in microseconds, since every version is named by when it was taken. */
export function timeOf(mark: string): string {
  return new Date(Number(mark) / 1000).toISOString();
}
