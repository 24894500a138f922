curl --request POST \
  --url https://modelslab.com/api/v6/video/text2video \
  --header 'Content-Type: application/json' \
  --data '{
  "key": "<string>",
  "model_id": "cogvideox",
  "prompt": "<string>",
  "negative_prompt": "<string>",
  "seed": 123,
  "height": 512,
  "width": 512,
  "num_frames": 25,
  "num_inference_steps": 20,
  "guidance_scale": 7,
  "clip_skip": 1,
  "upscale_height": 640,
  "upscale_width": 1024,
  "upscale_strength": 0.6,
  "upscale_guidance_scale": 12,
  "upscale_num_inference_steps": 20,
  "use_improved_sampling": false,
  "improved_sampling_seed": 123,
  "fps": 15,
  "output_type": "gif",
  "instant_response": false,
  "temp": false,
  "webhook": "<string>",
  "track_id": "<string>"
}'
