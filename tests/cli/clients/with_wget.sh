# A client with wget.
set -e
site=https://api.tensorone.ai/v2/ai
key="Authorization: Bearer $MOCK_API_KEY"
job=$(wget -qO- "$site/text-to-video" --header "$key" --header "Content-Type: application/json" \
  --post-data '{"prompt": "A lighthouse at night"}' | sed 's/.*"videoId":"\([^"]*\)".*/\1/')
until wget -qO answer "$site/videos/$job/status" --header "$key" && grep -q completed answer; do sleep 0.2; done
url=$(sed 's/.*"videoUrl":"\([^"]*\)".*/\1/' answer)
kind=$(wget -qSO file "$url" 2>&1 | sed -n 's/ *[Cc]ontent-[Tt]ype: //p')
echo "$url $kind $(wc -c <file)"
