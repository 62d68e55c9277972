/**
 * What a server sends.
 *
 * @param {string|URL} source where it is.
 * @param {string} name what messages call it.
 * @returns {Promise<Response>}
 */
export async function fetched(source, name) {
  const response = await fetch(source);
  if (!response.ok) {
    throw new Error(`${name} cannot be loaded: the server says ${response.status} ${response.statusText}`);
  }
  return response;
}
