curl -X POST "https://api.tensorone.ai/v2/ai/text-to-video" \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "prompt": "A majestic eagle soaring over snow-capped mountains at sunset, cinematic camera movement following the eagle, golden hour lighting",
    "model": "zeroscope-v2",
    "duration": 5.0,
    "fps": 12,
    "width": 1024,
    "height": 576,
    "steps": 30,
    "guidanceScale": 9.0,
    "motionStrength": 0.8,
    "stylePreset": "cinematic"
  }'
